import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

public class JettyApp extends HttpServlet {
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
        var server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))));
        var context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new JettyApp()), "/activate");
        server.setHandler(context);
        server.start();
    }
}
