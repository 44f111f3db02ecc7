import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.startup.Tomcat;

public class TomcatApp extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            var given = Marketplace.verified(request.getQueryString());
            if (given == null) {
                response.sendError(403, "This page opens from the marketplace only.");
                return;
            }
            Marketplace.HEADERS.forEach(response::setHeader);
            response.addHeader("Set-Cookie", Marketplace.cookie());
            response.setContentType("text/html;charset=utf-8");
            response.getWriter().print(Marketplace.page(given));
        } catch (IOException error) {
            throw error;
        } catch (Exception error) {
            response.sendError(400, "This query cannot be read.");
        }
    }

    public static void main(String[] args) throws Exception {
        var tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        tomcat.setPort(Integer.parseInt(System.getenv("PORT")));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        var context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "activate", new TomcatApp());
        context.addServletMappingDecoded("/activate", "activate");
        tomcat.start();
    }
}
