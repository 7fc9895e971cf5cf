/** The blocking socket layer: prints nothing, never exits, imports only what is the JDK's. */
package sockets;
