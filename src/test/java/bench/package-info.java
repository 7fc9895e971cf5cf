/**
 * Measures EchoServer beside other echo servers, on this machine. A program, not a test: see {@link
 * Benchmark}.
 */
package bench;
