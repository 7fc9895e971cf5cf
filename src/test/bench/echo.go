// echo PORT: EchoServer's design in Go, a goroutine for each connection.
package main

import (
	"log"
	"net"
	"os"
)

func serve(client net.Conn) {
	defer client.Close()
	buffer := make([]byte, 64*1024)
	for {
		count, err := client.Read(buffer)
		if err != nil {
			return
		}
		client.Write(buffer[:count]) // If it fails, so does the next Read.
	}
}

func main() {
	server, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	for err == nil {
		var client net.Conn
		if client, err = server.Accept(); err == nil {
			go serve(client)
		}
	}
	log.Fatal(err)
}
