package openai

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/fence"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// Limits of an exchange.
const (
	maxAnswer     = 256 << 10 // bytes of a response's body
	maxHeaders    = 16 << 10
	maxWritten    = 8 << 10 // bytes of a translation or draft
	answerTokens  = 1200    // that an answer may have
	writtenTokens = 1500
	maxAfter      = orrery.Hour // the longest wait that an endpoint may ask for
)

// Client asks one model at one endpoint. It is safe for concurrent use.
type Client struct {
	config  provider.Provider
	address string
	key     string
	fence   fence.Fence
	client  *http.Client
	now     func() time.Time
}

// New makes a client. key may be empty where the endpoint needs none. now is for dates in Retry-After; nil is time.Now.
func New(config provider.Provider, key string, now func() time.Time) (*Client, error) {
	c := &Client{config: config, key: key, now: now, fence: fence.Fence{AllowPrivate: config.Private}}
	if c.now == nil {
		c.now = time.Now
	}
	u, err := c.fence.Parse(config.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", config.Name, err)
	}
	c.address = u.JoinPath("chat", "completions").String()
	c.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            c.fence.Dial,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    4,
			TLSHandshakeTimeout:    5 * time.Second,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: maxHeaders,
		},
	}
	return c, nil
}

// Close hangs up idle connections.
func (c *Client) Close() error {
	c.client.CloseIdleConnections()
	return nil
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type format struct {
	Type   string      `json:"type"`
	Schema namedSchema `json:"json_schema"`
}

type namedSchema struct {
	Name   string         `json:"name"`
	Strict bool           `json:"strict"`
	Schema jsontext.Value `json:"schema"`
}

type request struct {
	Model       string    `json:"model"`
	Messages    []message `json:"messages"`
	Temperature float64   `json:"temperature"`
	MaxTokens   int       `json:"max_tokens"`
	Format      format    `json:"response_format"`
}

type response struct {
	Choices []struct {
		Message struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		TotalTokens int `json:"total_tokens"`
	} `json:"usage"`
}

// Ask asks what a text says. Errors are *provider.Failure, or the context's.
func (c *Client) Ask(ctx context.Context, q provider.Question) (*provider.Opinion, provider.Usage, error) {
	data, err := json.Marshal(map[string]string{"text": q.Text, "language": q.Language, "channel": string(q.Channel)}, json.Deterministic(true))
	if err != nil {
		return nil, provider.Usage{}, &provider.Failure{Say: "the question cannot be written as JSON"}
	}
	content, usage, err := c.exchange(ctx, judging(q.Heads), data, namedSchema{Name: "opinion", Strict: true, Schema: provider.Schema(q.Heads)}, answerTokens)
	if err != nil {
		return nil, usage, err
	}
	o, err := provider.Check([]byte(content), q.Heads)
	if err != nil {
		return nil, usage, &provider.Failure{Say: err.Error(), Again: true, Err: provider.ErrAnswer, Usage: usage}
	}
	return o, usage, nil
}

// Write translates a message or drafts a reply.
func (c *Client) Write(ctx context.Context, w provider.Writing) (string, provider.Usage, error) {
	fields := map[string]string{"text": w.Text, "language": w.Language, "to": w.To}
	if w.Draft {
		fields["note"] = w.Note
	}
	data, err := json.Marshal(fields, json.Deterministic(true))
	if err != nil {
		return "", provider.Usage{}, &provider.Failure{Say: "the question cannot be written as JSON"}
	}
	content, usage, err := c.exchange(ctx, writing(w.Draft), data, namedSchema{Name: "writing", Strict: true, Schema: writtenSchema}, writtenTokens)
	if err != nil {
		return "", usage, err
	}
	var out struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal([]byte(content), &out); err != nil || strings.TrimSpace(out.Text) == "" || len(out.Text) > maxWritten {
		return "", usage, &provider.Failure{Say: "the answer is not the text that was asked for", Err: provider.ErrAnswer, Usage: usage}
	}
	return out.Text, usage, nil
}

var writtenSchema = jsontext.Value(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`)

// exchange sends instructions and data, each in a message of its own, and gives the content of the answer.
func (c *Client) exchange(ctx context.Context, instructions string, data []byte, schema namedSchema, tokens int) (string, provider.Usage, error) {
	body, err := json.Marshal(request{Model: c.config.Model, MaxTokens: tokens, Format: format{Type: "json_schema", Schema: schema},
		Messages: []message{{Role: "system", Content: instructions}, {Role: "user", Content: string(data)}}})
	if err != nil {
		return "", provider.Usage{}, &provider.Failure{Say: "the question cannot be written as JSON"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address, bytes.NewReader(body))
	if err != nil {
		return "", provider.Usage{}, &provider.Failure{Say: "the address cannot be used"}
	}
	r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {"Orrery"}}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return "", provider.Usage{}, unsent(ctx, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case answer.StatusCode != http.StatusOK:
		return "", provider.Usage{}, c.status(answer)
	case err != nil:
		return "", provider.Usage{}, unsent(ctx, err)
	case len(raw) > maxAnswer:
		return "", provider.Usage{}, &provider.Failure{Say: "the answer is too large", Err: provider.ErrAnswer}
	}
	return read(raw)
}

// read takes the content out of a response.
func read(raw []byte) (string, provider.Usage, error) {
	var out response
	if err := json.Unmarshal(raw, &out); err != nil || len(out.Choices) == 0 {
		return "", provider.Usage{}, &provider.Failure{Say: "the answer is no chat completion", Again: true, Err: provider.ErrAnswer}
	}
	usage := provider.Usage{Tokens: max(0, out.Usage.TotalTokens)}
	choice := out.Choices[0]
	switch {
	case choice.Message.Refusal != "", choice.FinishReason == "content_filter":
		return "", usage, &provider.Failure{Say: "the model refused to answer", Err: provider.ErrAnswer, Usage: usage}
	case choice.FinishReason == "length":
		return "", usage, &provider.Failure{Say: "the answer was cut off", Err: provider.ErrAnswer, Usage: usage}
	}
	return choice.Message.Content, usage, nil
}

// unsent is an exchange without an answer.
func unsent(ctx context.Context, err error) error {
	var refused *orrery.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return &provider.Failure{Say: "no answer in time", Again: true}
	case errors.As(err, &refused):
		return &provider.Failure{Say: refused.Say}
	}
	return &provider.Failure{Say: "the connection failed", Again: true} // the error may hold the address
}

// status is what an answer other than 200 means.
func (c *Client) status(r *http.Response) error {
	f := &provider.Failure{Say: fmt.Sprintf("the endpoint answered %d %s", r.StatusCode, http.StatusText(r.StatusCode))}
	switch {
	case r.StatusCode == http.StatusTooManyRequests, r.StatusCode == http.StatusRequestTimeout, r.StatusCode == http.StatusTooEarly, r.StatusCode/100 == 5:
		f.Again, f.After = true, retryAfter(r.Header.Get("Retry-After"), c.now())
	case r.StatusCode == http.StatusUnauthorized, r.StatusCode == http.StatusForbidden:
		f.Say += ": is the key right?"
	case r.StatusCode/100 == 3:
		f.Say += ": redirects are not followed, give the address it leads to"
	}
	return f
}

// retryAfter reads the header in both its forms (RFC 9110, 10.2.3). What makes no sense is 0.
func retryAfter(text string, now time.Time) orrery.Span {
	var wait orrery.Span
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		wait = orrery.Span(seconds) * orrery.Second
	} else if date, err := http.ParseTime(text); err == nil {
		wait = orrery.Span(date.Sub(now).Milliseconds())
	}
	return min(max(wait, 0), maxAfter)
}
