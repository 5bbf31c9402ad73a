package io.strmqtt.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.strmqtt.api.Page;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.admin.Reload;
import io.strmqtt.api.store.UnauthorizedQuery;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * All requests. Paths are told apart in their raw form, so that a client id may hold an encoded
 * slash.
 */
final class Api implements Handler {
  private static final Logger LOG = LogManager.getLogger(Api.class);
  private static final String SESSIONS = "/api/v1/sessions";
  private static final String RELOAD = "/api/v1/reload";
  private static final String READING = "GET, HEAD";
  private static final String CHECKING = "GET, HEAD, OPTIONS";
  private static final long DELETION_SECONDS = 10;
  private static final Answer NO_SESSION =
      Answer.problem(Status.NOT_FOUND_404, "there is no session with this client id");
  private static final Answer NOT_FOUND =
      Answer.problem(Status.NOT_FOUND_404, "there is no such resource");

  private final BrokerView view;
  private final Reload reload;

  Api(BrokerView view, Reload reload) {
    this.view = view;
    this.reload = reload;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    Answer answer;
    try {
      answer = answer(request);
    } catch (RuntimeException e) {
      LOG.error("event=admin_error path={}", request.prologue().uriPath().rawPath(), e);
      answer = Answer.problem(Status.INTERNAL_SERVER_ERROR_500, "an error inside the broker");
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    response.status(answer.status());
    response.header(HeaderNames.CONTENT_TYPE, answer.type());
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
    answer.allow().ifPresent(methods -> response.header(HeaderNames.ALLOW, methods));
    boolean last = asksToClose(request);
    if (last) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    if (request.prologue().method().equals(Method.HEAD)) {
      response.contentLength(body.length);
      response.send();
    } else {
      response.send(body);
    }
    // the web server announces the close, and leaves it to the client (RFC 9112, 9.6 wants it here)
    if (last) {
      throw new CloseConnectionException("the client asked for it");
    }
  }

  /** Whether one of the options says so, among others that may say otherwise (RFC 9112, 9.6). */
  private static boolean asksToClose(ServerRequest request) {
    return request.headers().all(HeaderNames.CONNECTION, List::of).stream()
        .flatMap(options -> Stream.of(options.split(",")))
        .anyMatch(option -> option.strip().equalsIgnoreCase("close"));
  }

  private Answer answer(ServerRequest request) {
    Optional<Answer> health = health(request);
    if (health.isPresent()) {
      return health.get();
    }
    List<String> hosts = request.headers().all(HeaderNames.HOST, List::of);
    if (hosts.size() != 1) {
      return Answer.problem(
          Status.BAD_REQUEST_400,
          "the request needs one Host header, which names localhost or a loopback address");
    }
    if (!LoopbackHost.accepts(hosts.getFirst())) {
      return Answer.problem(
          Status.FORBIDDEN_403,
          "the Host header has to name localhost or a loopback address, as the API serves this"
              + " machine alone");
    }
    Method method = request.prologue().method();
    String path = request.prologue().uriPath().rawPath();
    if (path.equals(RELOAD)) {
      return method.equals(Method.POST) ? reload(request) : Answer.methodNotAllowed("POST");
    }
    boolean isSession = path.startsWith(SESSIONS + "/");
    if (isSession && method.equals(Method.DELETE)) {
      return deleteSession(path);
    }
    Optional<Answer> answer = read(request);
    if (answer.isPresent() && !method.equals(Method.GET) && !method.equals(Method.HEAD)) {
      return Answer.methodNotAllowed(isSession ? READING + ", DELETE" : READING);
    }
    return answer.orElse(NOT_FOUND);
  }

  /**
   * What load balancers ask for: with any Host or none, and with OPTIONS, which HAProxy sends
   * unless it is told a method, and with no path asks {@code /} for. Empty for everything else.
   */
  private Optional<Answer> health(ServerRequest request) {
    String path = request.prologue().uriPath().rawPath();
    Method method = request.prologue().method();
    boolean options = method.equals(Method.OPTIONS);
    boolean ready = path.equals("/readyz") || options && path.equals("/");
    if (!ready && !path.equals("/healthz")) {
      return Optional.empty();
    }
    if (!options && !method.equals(Method.GET) && !method.equals(Method.HEAD)) {
      return Optional.of(Answer.methodNotAllowed(CHECKING));
    }
    Answer answer = ready ? ready() : Answer.ok(Documents.health(view.version()));
    return Optional.of(options ? answer.allowing(CHECKING) : answer);
  }

  /**
   * A page of another site can make a browser send a POST, but not with this type: for that it asks
   * first (Fetch, CORS-safelisted request headers), and is not answered.
   */
  private Answer reload(ServerRequest request) {
    boolean json =
        request
            .headers()
            .first(HeaderNames.CONTENT_TYPE)
            .filter(type -> type.split(";", 2)[0].strip().equalsIgnoreCase("application/json"))
            .isPresent();
    if (!json) {
      return Answer.problem(
          Status.UNSUPPORTED_MEDIA_TYPE_415,
          "the request needs the header Content-Type: application/json, and no body");
    }
    return switch (reload.run()) {
      case Reload.Applied applied -> Answer.ok(Documents.reloaded(applied));
      case Reload.Refused refused ->
          Answer.problem(
              Status.UNPROCESSABLE_CONTENT_422,
              "the configuration is invalid, and nothing has changed",
              refused.problems());
    };
  }

  /** Empty if there is no such path. */
  private Optional<Answer> read(ServerRequest request) {
    String path = request.prologue().uriPath().rawPath();
    String query = request.prologue().query().rawValue();
    return switch (path) {
      case SESSIONS -> Optional.of(page(query, view::sessions, Documents::sessionSummary));
      case "/api/v1/unauthorized-clients" -> Optional.of(unauthorized(query));
      case "/api/v1/listeners" -> Optional.of(Answer.ok(Documents.listeners(view.listeners())));
      case "/api/v1/proxy" -> Optional.of(Answer.ok(ProxyDocuments.proxies(view.proxies())));
      case "/api/v1/proxy/rejects" ->
          Optional.of(Answer.ok(ProxyDocuments.rejects(view.proxyRejects())));
      case "/api/v1/counters" ->
          Optional.of(Answer.ok(Documents.counters(view.counters(), view.reasons())));
      default ->
          path.startsWith(SESSIONS + "/")
              ? Optional.of(session(path.substring(SESSIONS.length() + 1)))
              : Optional.empty();
    };
  }

  private Answer ready() {
    return view.ready()
        ? Answer.ok(Documents.health(view.version()))
        : Answer.problem(
            Status.SERVICE_UNAVAILABLE_503,
            view.storeProblem()
                .orElse("the broker is starting or stopping: not all listeners are open"));
  }

  private Answer session(String encodedClientId) {
    return clientId(encodedClientId)
        .flatMap(view::session)
        .map(session -> Answer.ok(Documents.session(session)))
        .orElse(NO_SESSION);
  }

  /** A raw slash would begin a resource below the session, and there is none. */
  private static Optional<String> clientId(String encoded) {
    return Optional.of(encoded).filter(id -> id.indexOf('/') < 0).flatMap(PercentEncoding::decode);
  }

  /**
   * A page of another site cannot make a browser send DELETE: it asks first, and is not answered.
   */
  private Answer deleteSession(String path) {
    Optional<String> clientId = clientId(path.substring(SESSIONS.length() + 1));
    if (clientId.flatMap(view::session).isEmpty()) {
      return NO_SESSION;
    }
    Optional<String> problem = view.storeProblem();
    if (problem.isPresent()) {
      return Answer.problem(
          Status.SERVICE_UNAVAILABLE_503, "nothing has changed: " + problem.get());
    }
    try {
      boolean deleted =
          view.deleteSession(clientId.get())
              .toCompletableFuture()
              .get(DELETION_SECONDS, TimeUnit.SECONDS);
      return deleted ? Answer.ok(Documents.deleted(clientId.get())) : NO_SESSION;
    } catch (TimeoutException e) {
      return Answer.problem(
          Status.SERVICE_UNAVAILABLE_503,
          "the session has ended, but the store has not written that in "
              + DELETION_SECONDS
              + " s: if the broker ends before it can, the session is back");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.problem(Status.SERVICE_UNAVAILABLE_503, "the broker is stopping");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer unauthorized(String query) {
    return switch (UnauthorizedParameters.parse(query)) {
      case UnauthorizedParameters.Wrong(String parameter, String problem) ->
          badParameter(parameter, problem);
      case UnauthorizedParameters.Valid(UnauthorizedQuery wanted) ->
          page(
              query,
              (cursor, limit) -> view.unauthorized(wanted, cursor, limit),
              Documents::unauthorized);
    };
  }

  private static <T> Answer page(
      String query,
      BiFunction<Optional<String>, Integer, Page<T>> listing,
      BiConsumer<JsonWriter, T> document) {
    return switch (PageQuery.parse(query)) {
      case PageQuery.Wrong wrong -> badParameter(wrong.parameter(), wrong.problem());
      case PageQuery.Valid(Optional<String> cursor, int limit) -> {
        Page<T> page;
        try {
          page = listing.apply(cursor, limit);
        } catch (IllegalArgumentException e) {
          if (cursor.isEmpty()) {
            throw e;
          }
          yield badParameter("cursor", "expected the next_cursor of a page of this listing");
        }
        yield Answer.ok(Documents.page(page, document));
      }
    };
  }

  private static Answer badParameter(String parameter, String problem) {
    return Answer.problem(Status.BAD_REQUEST_400, "parameter " + parameter + ": " + problem);
  }
}
