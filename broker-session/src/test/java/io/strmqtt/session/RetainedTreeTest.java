package io.strmqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetainedTreeTest {
  private final RetainedTree tree = new RetainedTree(10, 1 << 20);

  @Test
  void levelsThatLeadNowhereArePruned() {
    List.of("a/b/c", "a/b/d/e", "a", "x/y/z").forEach(this::put);
    tree.remove("a/b/d/e");
    assertThat(tree.nodes()).as("root, a, b, c, x, y, z").isEqualTo(7);
    tree.remove("a");
    assertThat(tree.nodes()).as("a still leads to c").isEqualTo(7);
    tree.remove("a/b/c");
    tree.remove("x/y/z");
    assertThat(tree.nodes()).isEqualTo(1);
  }

  @Test
  void aRefusedMessageLeavesNoNodes() {
    RetainedTree full = new RetainedTree(1, 1 << 20);
    full.put(message("a"));
    full.put(message("b/c/d"));
    assertThat(full.nodes()).isEqualTo(2);
  }

  private void put(String topic) {
    tree.put(message(topic));
  }

  private static Message message(String topic) {
    return new Message(topic, new byte[0], 0, true, Message.Properties.NONE, 0, "");
  }
}
