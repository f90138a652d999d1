#!/usr/bin/env bash
# github.com/NYTimes/gziphandler v1.1.1, github.com/gorilla/handlers v1.5.2, github.com/klauspost/compress v1.20.4 (gzhttp)
# Expected: a compressing middleware that offers http.Flusher sends what was written when Flush is called.
# Happens:  below its minimum size of 1400 bytes gziphandler keeps everything until the handler returns; Flush does nothing, and not
#           even the status is sent. The other two send each event, compressed, at its Flush.
# Matters:  a short streamed answer arrives all at once, at its end; a long one stalls until 1400 bytes have come, then streams. Tests
#           with long answers pass, and a keep-alive sent while the model thinks keeps nothing alive.
# Upstream: a comment at Flush in the source says so; the README does not.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module finding

go 1.22

require (
	github.com/NYTimes/gziphandler v1.1.1
	github.com/gorilla/handlers v1.5.2
	github.com/klauspost/compress v1.20.4
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/NYTimes/gziphandler"
	"github.com/gorilla/handlers"
	"github.com/klauspost/compress/gzhttp"
)

// ask reads a stream whose handler flushes one event, then waits for that event to arrive, or for three seconds.
func ask(name string, wrap func(http.Handler) http.Handler) {
	arrived, waited := make(chan bool), make(chan string, 1)
	gateway := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: {\"n\":1}\n\n")
		w.(http.Flusher).Flush()
		select {
		case <-arrived:
			waited <- "the first event arrived while the handler was running"
		case <-time.After(3 * time.Second):
			waited <- "nothing arrived before the handler returned"
		}
		io.WriteString(w, "data: [DONE]\n\n")
	})))
	defer gateway.Close()
	response, err := http.Get(gateway.URL)
	if err != nil {
		fmt.Println(name, err)
		return
	}
	defer response.Body.Close()
	response.Body.Read(make([]byte, 1))
	select {
	case arrived <- true:
	case <-time.After(time.Second): // the handler waits no more
	}
	io.Copy(io.Discard, response.Body)
	fmt.Printf("%s: %s\n", name, <-waited)
}

func main() {
	ask("gziphandler", gziphandler.GzipHandler)
	ask("gorilla", func(h http.Handler) http.Handler { return handlers.CompressHandler(h) })
	ask("gzhttp", func(h http.Handler) http.Handler { return gzhttp.GzipHandler(h) })
}
GO
export GOFLAGS=-mod=mod GOMODCACHE=$work/mod GOTOOLCHAIN=local
go version
go run . 2>go.log | tee seen || { cat go.log; exit 1; }

diff seen - <<'SEEN' || { cat go.log; echo 'the behaviour has changed'; exit 1; }
gziphandler: nothing arrived before the handler returned
gorilla: the first event arrived while the handler was running
gzhttp: the first event arrived while the handler was running
SEEN
