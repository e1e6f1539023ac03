// Package onnx asks a classifier in ONNX form what a text says. The model runs in a process of its own, orrery-onnx (the
// module sidecar/onnx), so that the product needs no runtime for models and a fault of one cannot take the product down.
// They talk over a Unix socket: one line of JSON each way.
//
// It promises that an answer stands the same checks as any other provider's, that lines are bounded, and that nothing of
// a text stands in an error.
package onnx

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// maxLine bounds a line of the answer in bytes.
const maxLine = 64 << 10

// Client asks the process behind one socket. It is safe for concurrent use.
type Client struct{ socket string }

// New makes a client of the process that listens at the path socket. Nothing is sent yet.
func New(socket string) *Client { return &Client{socket: socket} }

// Close has nothing to end: each question has its own connection.
func (c *Client) Close() error { return nil }

// question and answer are the lines of the protocol. Answer is in the form that provider.Schema describes, for the heads
// that the model judges.
type question struct {
	Text  string          `json:"text"`
	Heads []provider.Head `json:"heads"`
}

type answer struct {
	Heads  []provider.Head `json:"heads"`
	Answer jsontext.Value  `json:"answer"`
	Error  string          `json:"error"`
}

// Ask asks what a text says. Errors are *provider.Failure, or the context's.
func (c *Client) Ask(ctx context.Context, q provider.Question) (*provider.Opinion, provider.Usage, error) {
	line, err := json.Marshal(question{Text: q.Text, Heads: q.Heads})
	if err != nil {
		return nil, provider.Usage{}, &provider.Failure{Say: "the question cannot be written as JSON"}
	}
	raw, err := c.exchange(ctx, append(line, '\n'))
	if err != nil {
		return nil, provider.Usage{}, err
	}
	o, err := read(raw, q.Heads)
	return o, provider.Usage{}, err
}

// Write fails: a classifier does not write.
func (c *Client) Write(context.Context, provider.Writing) (string, provider.Usage, error) {
	return "", provider.Usage{}, &provider.Failure{Say: "a classifier does not write"}
}

func (c *Client) exchange(ctx context.Context, line []byte) ([]byte, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", c.socket)
	if err != nil {
		return nil, failed(ctx, err, "orrery-onnx does not listen")
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := conn.Write(line); err != nil {
		return nil, failed(ctx, err, "orrery-onnx hung up")
	}
	raw, err := bufio.NewReader(io.LimitReader(conn, maxLine)).ReadBytes('\n')
	if err != nil {
		if len(raw) == maxLine {
			return nil, &provider.Failure{Say: "the answer is too large", Err: provider.ErrAnswer}
		}
		return nil, failed(ctx, err, "orrery-onnx hung up")
	}
	return raw, nil
}

// failed is an exchange without an answer; the path of the socket stays out of it.
func failed(ctx context.Context, err error, say string) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &provider.Failure{Say: "no answer in time", Again: true}
	}
	return &provider.Failure{Say: say, Again: true}
}

func read(raw []byte, heads []provider.Head) (*provider.Opinion, error) {
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, &provider.Failure{Say: "the answer is no line of the protocol", Err: provider.ErrAnswer}
	}
	if a.Error != "" {
		return nil, &provider.Failure{Say: "orrery-onnx could not judge the text", Err: provider.ErrAnswer}
	}
	for _, h := range heads {
		if !slices.Contains(a.Heads, h) {
			return nil, &provider.Failure{Say: fmt.Sprintf("the model does not judge %s: send other heads there", h)}
		}
	}
	o, err := provider.Check(a.Answer, heads)
	if err != nil {
		return nil, &provider.Failure{Say: err.Error(), Err: provider.ErrAnswer}
	}
	return o, nil
}
