package io.strmqtt.core.routing;

import java.util.ArrayList;
import java.util.List;

/** A subscriber that keeps what it is offered. */
final class Named implements Subscriber {
  final List<Delivery> offered = new ArrayList<>();
  boolean available = true;
  boolean persistent;
  boolean slow;
  private final String clientId;

  Named(String clientId) {
    this.clientId = clientId;
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public boolean isAvailable() {
    return available;
  }

  @Override
  public boolean isPersistent() {
    return persistent;
  }

  @Override
  public boolean offer(Delivery delivery) {
    offered.add(delivery);
    return slow;
  }

  @Override
  public boolean keep(Delivery delivery) {
    return true;
  }

  @Override
  public boolean deliver(Delivery delivery) {
    return offer(delivery);
  }

  @Override
  public boolean isHoldingBack() {
    return slow;
  }

  @Override
  public String toString() {
    return clientId;
  }
}
