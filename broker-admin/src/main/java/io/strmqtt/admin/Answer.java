package io.strmqtt.admin;

import io.helidon.http.Status;
import java.util.List;
import java.util.Optional;

/**
 * What a request is answered with.
 *
 * @param type the body's media type
 * @param allow the methods that are served, where another was asked for, or OPTIONS
 */
record Answer(Status status, String type, String body, Optional<String> allow) {
  static Answer ok(String json) {
    return new Answer(Status.OK_200, "application/json", json, Optional.empty());
  }

  /**
   * An error as RFC 9457 describes it.
   *
   * @param detail a sentence for people: what was wrong with this very request
   */
  static Answer problem(Status status, String detail) {
    return problem(status, detail, List.of());
  }

  /**
   * The same, with what is wrong one by one, where it is more than one sentence.
   *
   * @param problems the member {@code problems}, left out if empty
   */
  static Answer problem(Status status, String detail, List<String> problems) {
    JsonWriter json = new JsonWriter();
    json.beginObject()
        .field("type", "about:blank")
        .field("title", status.reasonPhrase())
        .field("status", status.code())
        .field("detail", detail);
    if (!problems.isEmpty()) {
      json.texts("problems", problems);
    }
    json.endObject();
    return new Answer(status, "application/problem+json", json.toString(), Optional.empty());
  }

  static Answer methodNotAllowed(String allow) {
    Answer problem =
        problem(Status.METHOD_NOT_ALLOWED_405, "this resource is served with " + allow + " alone");
    return problem.allowing(allow);
  }

  Answer allowing(String methods) {
    return new Answer(status, type, body, Optional.of(methods));
  }
}
