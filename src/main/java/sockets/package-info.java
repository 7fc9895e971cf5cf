/**
 * The blocking socket layer. It prints nothing, never exits and imports only the JDK's classes. The
 * messages of its exceptions read "what: why".
 */
package sockets;
