/**
 * The blocking socket layer: connect, listen, accept, receive, send, half-close. It prints nothing,
 * never exits and imports only {@code java.*}. What it has to say it says in exceptions, whose
 * messages read "what: why".
 */
package sockets;
