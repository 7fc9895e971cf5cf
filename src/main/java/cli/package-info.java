/** What the three command lines share: options, exit statuses, error lines, standard streams. */
package cli;
