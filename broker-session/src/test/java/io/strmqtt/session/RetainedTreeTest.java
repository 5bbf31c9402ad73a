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

  @Test
  void bytesBeyondTheLimitAreRefused() {
    assertThat(tree.put(large("a", 600_000))).isTrue();
    assertThat(tree.put(large("b", 600_000))).isFalse();
    assertThat(tree.put(large("b", 300_000))).isTrue();
    assertThat(tree.put(large("b", 600_000))).as("grows beyond").isFalse();
    assertThat(tree.put(large("a", 100_000))).isTrue();
    assertThat(tree.put(large("b", 600_000))).isTrue();
    assertThat(tree.size()).isEqualTo(2);
    tree.remove("b");
    assertThat(tree.put(large("c", 900_000))).isTrue();
  }

  @Test
  void outlinesCountLittle() {
    RetainedTree many = new RetainedTree(1000, 1 << 20);
    for (int i = 0; i < 600; i++) {
      Message message = large("t/" + i, 1_000_000);
      assertThat(many.putLeaving(message)).isTrue();
      many.settle(message);
    }
    assertThat(many.size()).isEqualTo(600);
    assertThat(many.hasPlenty(1000)).isTrue();
  }

  private void put(String topic) {
    tree.put(message(topic));
  }

  private static Message message(String topic) {
    return large(topic, 0);
  }

  private static Message large(String topic, int bytes) {
    return new Message(topic, new byte[bytes], 0, true, Message.Properties.NONE, 0, "");
  }
}
