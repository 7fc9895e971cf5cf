/** What the tests share: child JVMs that run the packaged jar, and raw peers. */
package testkit;
