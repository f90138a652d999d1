#!/usr/bin/env bash
# github.com/sashabaranov/go-openai v1.43.0
# Expected: comment lines of a stream (": keep-alive", which providers send while a model thinks) are ignored, however many come.
# Happens:  each comment, and each blank line behind one, counts as an "empty message"; the limit is 300 in a row. After 150
#           comments between two words, Recv fails with "stream has sent too many empty messages", though the answer goes on.
# Matters:  with one comment a second, an answer whose model thinks for two and a half minutes fails, and the error blames the stream.
# Upstream: the README does not name the limit; ClientConfig.EmptyMessagesLimit raises it.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module finding

go 1.22

require github.com/sashabaranov/go-openai v1.43.0
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

const piece = `data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":%s}]}` + "\n\n"

func ask(keepAlives int) string {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, piece, "Hello", "null")
		io.WriteString(w, strings.Repeat(": keep-alive\n\n", keepAlives))
		fmt.Fprintf(w, piece, " world", "null")
		fmt.Fprintf(w, piece, "", `"stop"`)
		io.WriteString(w, "data: [DONE]\n\n")
	}))
	defer gateway.Close()
	config := openai.DefaultConfig("k")
	config.BaseURL = gateway.URL
	stream, err := openai.NewClientWithConfig(config).CreateChatCompletionStream(context.Background(), openai.ChatCompletionRequest{
		Model: "m", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: "hi"}}})
	if err != nil {
		return err.Error()
	}
	defer stream.Close()
	text := ""
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return text + ", then the end"
		}
		if err != nil {
			return text + ", then " + err.Error()
		}
		text += chunk.Choices[0].Delta.Content
	}
}

func main() {
	for _, n := range []int{0, 149, 150} {
		fmt.Printf("%d comments: %s\n", n, ask(n))
	}
}
GO
export GOFLAGS=-mod=mod GOMODCACHE=$work/mod GOTOOLCHAIN=local
go version
go run . 2>go.log | tee seen || { cat go.log; exit 1; }

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
0 comments: Hello world, then the end
149 comments: Hello world, then the end
150 comments: Hello, then stream has sent too many empty messages
SEEN
