package sockets;

/**
 * What a server has done.
 *
 * @param active connections being served now
 * @param served connections accepted so far, the active ones among them
 * @param sent bytes sent on all of them
 */
public record Totals(int active, long served, long sent) {}
