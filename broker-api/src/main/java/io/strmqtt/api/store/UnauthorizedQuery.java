package io.strmqtt.api.store;

import io.strmqtt.api.AddressPrefix;

/** Which records of refused attempts are asked for. */
public sealed interface UnauthorizedQuery {
  /** All. */
  record MostRecent() implements UnauthorizedQuery {}

  /** Those whose client's address, at the latest attempt, is in the network. */
  record ByAddress(AddressPrefix network) implements UnauthorizedQuery {}

  /** Those of exactly this client id, of any length. */
  record ByClientId(String clientId) implements UnauthorizedQuery {}
}
