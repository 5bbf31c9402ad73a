package io.strmqtt.transport;

import java.util.List;

/**
 * What there is to say about the files and ciphers of listeners that speak TLS.
 *
 * @param problems why listeners cannot be opened, a sentence each
 * @param warnings what works and probably is not what was meant
 */
public record TlsReport(List<String> problems, List<String> warnings) {}
