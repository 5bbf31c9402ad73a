package io.strmqtt.core;

import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.api.admin.ProxyView;
import java.util.List;

/** What the listeners tell of themselves; any thread. */
public interface OpenListeners {
  /** An engine that nobody listens for. */
  OpenListeners NONE =
      new OpenListeners() {
        @Override
        public List<ListenerView> views() {
          return List.of();
        }

        @Override
        public List<ProxyView> proxies() {
          return List.of();
        }

        @Override
        public List<ProxyReject> proxyRejects() {
          return List.of();
        }
      };

  List<ListenerView> views();

  /** The PROXY protocol on each listener. */
  List<ProxyView> proxies();

  /** The last refusals on account of the PROXY header, the latest first. */
  List<ProxyReject> proxyRejects();
}
