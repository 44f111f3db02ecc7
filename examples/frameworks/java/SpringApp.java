import java.net.InetSocketAddress;
import javax.servlet.http.HttpServletRequest;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

@RestController
public class SpringApp {
    @GetMapping("/activate") // no @RequestParam: those are converted
    public ResponseEntity<String> activate(HttpServletRequest request) throws Exception {
        var given = Marketplace.verified(request.getQueryString());
        if (given == null) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).body("This page opens from the marketplace only.");
        }
        var response = ResponseEntity.ok().contentType(MediaType.valueOf("text/html;charset=utf-8"));
        Marketplace.HEADERS.forEach((name, value) -> response.header(name, value));
        return response.header("Set-Cookie", Marketplace.cookie()).body(Marketplace.page(given));
    }

    public static void main(String[] args) throws Exception {
        var spring = new AnnotationConfigWebApplicationContext();
        spring.register(SpringApp.class, RequestMappingHandlerMapping.class, RequestMappingHandlerAdapter.class);
        var server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))));
        var context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new DispatcherServlet(spring)), "/");
        server.setHandler(context);
        server.start();
    }
}
