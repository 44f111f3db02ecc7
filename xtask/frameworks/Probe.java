import java.io.IOException;
import java.util.TreeMap;

/** What a Java framework makes of a request: its full URL, and what its parameter object reads. SERVLET is
 * jakarta or javax. */
final class Probe extends SERVLET.servlet.http.HttpServlet {
    @Override
    protected void doGet(SERVLET.servlet.http.HttpServletRequest request, SERVLET.servlet.http.HttpServletResponse response)
            throws IOException {
        var read = new TreeMap<String, String>();
        request.getParameterMap().keySet().forEach(name -> read.put(name, request.getParameter(name)));
        response.setContentType("text/html;charset=utf-8");
        var query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        var text = new StringBuilder("{\"url\":" + quote(request.getRequestURL() + query) + ",\"read\":{");
        read.forEach((name, value) -> text.append(text.charAt(text.length() - 1) == '{' ? "" : ",")
            .append(quote(name)).append(':').append(quote(value)));
        response.getWriter().print(text.append("}}"));
    }

    private static String quote(String text) {
        var quoted = new StringBuilder("\"");
        text.chars().forEach(c -> quoted.append(c < 32 || c == '"' || c == '\\' ? String.format("\\u%04x", c) : (char) c + ""));
        return quoted.append('"').toString();
    }
}
