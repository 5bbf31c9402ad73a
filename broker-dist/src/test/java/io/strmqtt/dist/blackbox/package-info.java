/**
 * The image as its users see it: a process, its sockets, its log lines and its HTTP API; real
 * proxies and foreign clients around it.
 */
@NullMarked
package io.strmqtt.dist.blackbox;

import org.jspecify.annotations.NullMarked;
