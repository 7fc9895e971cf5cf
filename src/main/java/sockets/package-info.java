/**
 * The blocking socket layer: connect, listen, accept, receive, send, half-close. It prints nothing,
 * never exits and imports nothing but the JDK's. What it has to tell is in exceptions, whose
 * messages read "what: why".
 */
package sockets;
