package onnx_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/listen/provider/onnx"
)

// listens is a process at a socket that answers a line so.
func listens(t *testing.T, answer func(conn net.Conn, line string)) *onnx.Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			answer(conn, line)
			_ = conn.Close()
		}
	}()
	return onnx.New(socket)
}

func says(line string) func(net.Conn, string) {
	return func(conn net.Conn, _ string) { fmt.Fprintln(conn, line) }
}

var question = provider.Question{Text: "line one\nline two", Heads: []provider.Head{provider.Polarity}}

func TestAModelBesideTheProductIsAskedByOneLine(t *testing.T) {
	c := listens(t, func(conn net.Conn, line string) {
		var got struct {
			Text  string
			Heads []string
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Text != question.Text || len(got.Heads) != 1 {
			t.Errorf("the line is %q (%v)", line, err)
		}
		fmt.Fprintln(conn, `{"heads":["polarity"],"answer":{"polarity":{"name":"positive","confidence":0.75}}}`)
	})
	o, _, err := c.Ask(context.Background(), question)
	if err != nil || o.Polarity != orrery.Positive || o.Confidence != 750 {
		t.Errorf("%+v (%v)", o, err)
	}
}

func TestABrokenModelGivesNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		client *onnx.Client
		again  bool
	}{
		"nobody listens":    {client: onnx.New(filepath.Join(t.TempDir(), "none")), again: true},
		"hangs up":          {client: listens(t, func(net.Conn, string) {}), again: true},
		"garbage":           {client: listens(t, says("segmentation fault"))},
		"another head":      {client: listens(t, says(`{"heads":["emotions"],"answer":{"emotions":[]}}`))},
		"out of range":      {client: listens(t, says(`{"heads":["polarity"],"answer":{"polarity":{"name":"positive","confidence":75}}}`))},
		"says it could not": {client: listens(t, says(`{"error":"line one"}`))},
		"too much":          {client: listens(t, says(strings.Repeat(" ", 1<<17)))},
	} {
		o, _, err := c.client.Ask(context.Background(), question)
		var f *provider.Failure
		if !errors.As(err, &f) || o != nil || f.Again != c.again || strings.Contains(err.Error(), "line") && !strings.Contains(err.Error(), "protocol") {
			t.Errorf("%s: %+v (%v), want a failure, again %v", name, o, err, c.again)
		}
	}
	release := make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	var f *provider.Failure
	if _, _, err := listens(t, func(net.Conn, string) { <-release }).Ask(ctx, question); !errors.As(err, &f) || f.Say != "no answer in time" {
		t.Errorf("a slow model: %v", err)
	}
}
