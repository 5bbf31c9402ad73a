package io.strmqtt.admin;

import io.strmqtt.api.AddressPrefix;
import io.strmqtt.api.store.UnauthorizedQuery;
import java.util.Optional;

/**
 * The parameters {@code address} and {@code client_id} of the unauthorized clients: one or none.
 * Others are ignored.
 */
sealed interface UnauthorizedParameters {
  record Valid(UnauthorizedQuery query) implements UnauthorizedParameters {}

  record Wrong(String parameter, String problem) implements UnauthorizedParameters {}

  /**
   * @param query in its raw form, without the question mark
   */
  static UnauthorizedParameters parse(String query) {
    Optional<UnauthorizedParameters> found = Optional.empty();
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (!name.equals("address") && !name.equals("client_id")) {
        continue;
      }
      if (found.isPresent()) {
        return new Wrong(name, "expected one of address and client_id, once");
      }
      Optional<String> value = PercentEncoding.decode(equals < 0 ? "" : pair.substring(equals + 1));
      found = Optional.of(name.equals("address") ? address(value) : clientId(value));
    }
    return found.orElse(new Valid(new UnauthorizedQuery.MostRecent()));
  }

  private static UnauthorizedParameters address(Optional<String> value) {
    try {
      AddressPrefix network = AddressPrefix.parse(value.orElse(""));
      return new Valid(new UnauthorizedQuery.ByAddress(network));
    } catch (IllegalArgumentException e) {
      return new Wrong(
          "address",
          "expected an address or network like 10.0.0.0/8 or 2001:db8::/32: " + e.getMessage());
    }
  }

  private static UnauthorizedParameters clientId(Optional<String> value) {
    return value
        .filter(text -> !text.isEmpty())
        .<UnauthorizedParameters>map(id -> new Valid(new UnauthorizedQuery.ByClientId(id)))
        .orElseGet(() -> new Wrong("client_id", "expected a client id in percent-encoded UTF-8"));
  }
}
