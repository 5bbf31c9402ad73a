package io.strmqtt.session.rocks.record;

import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import java.util.Optional;
import java.util.OptionalLong;

/** What a header of an earlier run said; of it, what operators are shown. */
record StoredTlvs(
    Optional<byte[]> alpn,
    Optional<String> authority,
    Optional<byte[]> uniqueId,
    Optional<String> netns,
    Optional<ProxySsl> ssl,
    Optional<String> awsVpcEndpoint,
    OptionalLong gcpConnection,
    OptionalLong azureLink)
    implements ProxyTlvs {}
