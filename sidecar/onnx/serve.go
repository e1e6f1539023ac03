package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"
)

// Bounds of one exchange.
const (
	maxLine  = 64 << 10 // bytes
	patience = 10 * time.Second
)

// question and answer are the lines of the protocol, one each a connection.
type question struct {
	Text  string   `json:"text"`
	Heads []string `json:"heads"`
}

type answer struct {
	Heads  []string       `json:"heads,omitempty"`
	Answer map[string]any `json:"answer,omitempty"`
	Error  string         `json:"error,omitempty"`
}

// serve answers connections until the context ends.
func serve(ctx context.Context, l net.Listener, models []*classifier) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var flights sync.WaitGroup
	defer flights.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		flights.Go(func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience)) // a socket always takes one
			if err := exchange(conn, models); err != nil {
				slog.Warn("a question was not answered", "error", err)
			}
		})
	}
}

func exchange(conn io.ReadWriter, models []*classifier) error {
	line, err := bufio.NewReader(io.LimitReader(conn, maxLine)).ReadBytes('\n')
	if err != nil {
		return errors.New("the question is no line, or too long")
	}
	out, err := json.Marshal(reply(line, models))
	if err != nil {
		return err
	}
	_, err = conn.Write(append(out, '\n'))
	return err
}

// reply judges a text by each model whose head is asked for. The first model of a head counts.
func reply(line []byte, models []*classifier) answer {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return answer{Error: "the question is no JSON object"}
	}
	out := answer{Answer: map[string]any{}}
	for _, c := range models {
		if !slices.Contains(q.Heads, c.Head) || slices.Contains(out.Heads, c.Head) {
			continue
		}
		found, err := c.judge(q.Text)
		if err != nil {
			slog.Warn("a text was not judged", "head", c.Head, "error", err)
			return answer{Error: "the model failed"}
		}
		out.Heads = append(out.Heads, c.Head)
		switch {
		case c.Head != "polarity":
			out.Answer[c.Head] = append([]label{}, found...)
		case len(found) > 0:
			out.Answer[c.Head] = found[0]
		}
	}
	return out
}
