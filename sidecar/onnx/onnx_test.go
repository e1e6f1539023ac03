package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/knights-analytics/hugot"

	"github.com/orrery-cxm/orrery/sidecar/onnx/testmodel"
)

func modelIn(t *testing.T, dir string) *classifier {
	t.Helper()
	session, err := hugot.NewGoSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Destroy() })
	c, err := load(session, dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := testmodel.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAModelFromADirectoryJudgesTexts(t *testing.T) {
	c := modelIn(t, written(t))
	for text, want := range map[string]string{
		"My phone is BROKEN.": "negative", "bad, bad, good": "negative", "I love my phones": "positive", "thank you, good!": "positive",
		"when is it?": "neutral", "": "neutral", "没有这个词": "neutral", strings.Repeat("late ", 500): "negative",
	} {
		found, err := c.judge(text)
		if err != nil || len(found) != 1 || found[0].Name != want || found[0].Confidence <= 0.33 || found[0].Confidence > 1 {
			t.Errorf("%.30q: %+v (%v), want %s", text, found, err, want)
		}
	}
	sure, _ := c.judge("broken broken")
	unsure, _ := c.judge("late")
	if sure[0].Confidence <= unsure[0].Confidence {
		t.Errorf("two strong words (%v) are surer than a weak one (%v)", sure[0].Confidence, unsure[0].Confidence)
	}
}

func TestSeveralLabelsMayHold(t *testing.T) {
	dir := written(t)
	put(t, dir, "labels.json", `{"head":"intents","many":true,"from":0.6,"names":{"LABEL_0":"complaint","LABEL_2":"praise"}}`)
	found, err := modelIn(t, dir).judge("broken, but I love it")
	if err != nil || len(found) != 2 || found[0].Confidence < 0.9 || found[1].Confidence < 0.9 {
		t.Errorf("%+v (%v), want complaint and praise", found, err)
	}
	if found, err := modelIn(t, dir).judge("when"); err != nil || len(found) != 0 {
		t.Errorf("%+v (%v), want nothing: the neutral label means nothing here", found, err)
	}
}

func TestAModelThatCannotBeUsedIsRefused(t *testing.T) {
	session, err := hugot.NewGoSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Destroy() })
	for name, spoil := range map[string]func(dir string){
		"no model":      func(dir string) { _ = os.Remove(filepath.Join(dir, "model.onnx")) },
		"no tokenizer":  func(dir string) { _ = os.Remove(filepath.Join(dir, "tokenizer.json")) },
		"no labels":     func(dir string) { _ = os.Remove(filepath.Join(dir, "labels.json")) },
		"damaged":       func(dir string) { put(t, dir, "model.onnx", "\x08\x08\x3a\xff") },
		"needs words":   func(dir string) { put(t, dir, "labels.json", `{"head":"risks","names":{"LABEL_0":"fire"}}`) },
		"means nothing": func(dir string) { put(t, dir, "labels.json", `{"head":"polarity","names":{}}`) },
		"two polarities": func(dir string) {
			put(t, dir, "labels.json", `{"head":"polarity","many":true,"names":{"LABEL_0":"negative"}}`)
		},
	} {
		dir := written(t)
		spoil(dir)
		if _, err := load(session, dir); err == nil {
			t.Errorf("%s: the model was loaded", name)
		}
	}
}

func TestOneLineGoesInAndOneComesOut(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is open to others: %v (%v)", info.Mode(), err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	models := []*classifier{modelIn(t, written(t))}
	go func() { ended <- serve(ctx, l, models) }()
	for line, want := range map[string]string{
		`{"text":"my phone is broken","heads":["polarity","risks"]}`: `{"heads":["polarity"],"answer":{"polarity":{"name":"negative","confidence":`,
		`{"text":"broken","heads":["intents"]}`:                      `{}`,
		`not json`:                                                   `{"error":"the question is no JSON object"}`,
	} {
		if got := ask(t, socket, line); !strings.HasPrefix(got, want) {
			t.Errorf("%s gives %s, want %s", line, got, want)
		}
	}
	if got := ask(t, socket, strings.Repeat("x", maxLine)); got != "" {
		t.Errorf("a line without end is answered: %.60s", got)
	}
	if _, err := listen(socket); err == nil {
		t.Error("two processes listen at one socket")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestASocketLeftBehindIsTakenOver(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	again, err := listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
	if err := os.WriteFile(socket, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(socket); err == nil {
		t.Error("a file that is no socket was taken over")
	}
}

func TestTheTestModelIsAlwaysTheSame(t *testing.T) {
	a, b := written(t), written(t)
	for _, name := range []string{"model.onnx", "tokenizer.json", "config.json", "labels.json"} {
		x, err := os.ReadFile(filepath.Join(a, name))
		y, err2 := os.ReadFile(filepath.Join(b, name))
		if err != nil || err2 != nil || string(x) != string(y) {
			t.Errorf("%s differs (%v, %v)", name, err, err2)
		}
	}
}

func ask(t *testing.T, socket, line string) string {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintln(conn, line)
	got, _ := bufio.NewReader(conn).ReadString('\n')
	if got != "" && !json.Valid([]byte(got)) {
		t.Errorf("%q is no JSON", got)
	}
	return strings.TrimSpace(got)
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
