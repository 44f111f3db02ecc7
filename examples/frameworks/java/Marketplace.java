import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What the Java providers of this folder share: settings, and the signature over a raw query. */
final class Marketplace {
    private static final byte[] SECRET = System.getenv("PROVIDER_SECRET").getBytes(UTF_8);
    /** The registered activation URL, without its query. */
    private static final URI ADDRESS = URI.create(System.getenv("ADDRESS"));
    /** How old a signed URL may be, in seconds. */
    private static final long YOUNGEST = -120, OLDEST = 300;

    static final Map<String, String> HEADERS = Map.of(
        "Cache-Control", "no-store",
        // Scheme, host and port of the marketplace's pages; several with spaces between.
        "Content-Security-Policy", "default-src 'none'; frame-ancestors " + System.getenv("MARKETPLACE"),
        "Referrer-Policy", "no-referrer",
        "X-Content-Type-Options", "nosniff");

    /** The parameters of a raw query that the marketplace has signed lately; otherwise null. */
    static SortedMap<String, String> verified(String query) throws Exception {
        var given = new TreeMap<String, String>();
        for (var pair : (query == null ? "" : query).split("&")) {
            var parts = pair.split("=", 2);
            var value = parts.length == 2 ? URLDecoder.decode(parts[1], UTF_8) : "";
            given.put(URLDecoder.decode(parts[0], UTF_8), value); // of duplicates the last one
        }
        var signature = given.remove("signature");
        if (signature == null) return null;
        // PHP's http_build_query escapes `*`, URLEncoder does not.
        var canonical = given.entrySet().stream()
            .map(one -> URLEncoder.encode(one.getKey(), UTF_8) + "=" + URLEncoder.encode(one.getValue(), UTF_8))
            .collect(Collectors.joining("&")).replace("*", "%2A");
        // Newer versions of the marketplace sign the port, older ones leave it out.
        var genuine = false;
        for (var host : new String[] {ADDRESS.getAuthority(), ADDRESS.getHost()}) {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            var text = ADDRESS.getScheme() + "://" + host + ADDRESS.getRawPath() + "?" + canonical;
            var expected = HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
            genuine |= MessageDigest.isEqual(expected.getBytes(UTF_8), signature.getBytes(UTF_8));
        }
        if (!genuine || !given.getOrDefault("timestamp", "").matches("[0-9]{1,11}")) return null;
        var age = System.currentTimeMillis() / 1000 - Long.parseLong(given.get("timestamp"));
        return YOUNGEST <= age && age <= OLDEST ? given : null;
    }

    static String page(Map<String, String> given) {
        var name = new StringBuilder();
        given.get("customerName").codePoints().forEach(c -> name.append(
            "&<>\"'".indexOf(c) < 0 ? Character.toString(c) : "&#" + c + ";"));
        return "<!doctype html><p>Hello " + name;
    }

    /** A `Set-Cookie` as a frame of another site needs it; javax.servlet.http.Cookie has no such attributes. */
    static String cookie() {
        return "session=" + UUID.randomUUID() + "; Path=/; Secure; HttpOnly; SameSite=None; Partitioned";
    }
}
