// echo PORT: EchoServer's design in Go, a goroutine for each connection.
package main

import (
	"log"
	"net"
	"os"
	"time"
)

// TCP_NODELAY is set already: Go does that for every connection.
func serve(client net.Conn) {
	defer client.Close()
	buffer := make([]byte, 64*1024)
	for {
		count, err := client.Read(buffer)
		if err != nil {
			return
		}
		if _, err = client.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func main() {
	server, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := server.Accept()
		if err != nil {
			log.Print(err)
			time.Sleep(time.Second)
			continue
		}
		go serve(client)
	}
}
