package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("finding a free port: %w", err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// client keeps enough connections open for n workers.
func client(n int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: n, MaxIdleConnsPerHost: n, DisableCompression: true}, Timeout: 30 * time.Second}
}

// latencies are durations of requests; quantiles are by nearest rank.
type latencies []time.Duration

func (l latencies) quantile(q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	slices.Sort(l)
	return l[min(len(l)-1, int(q*float64(len(l))))]
}

// post sends one body and reads the answer; anything but 200 is an error.
func post(c *http.Client, url, key string, body []byte) error {
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if key != "" {
		r.SetBasicAuth(key, "")
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d: %s", url, answer.StatusCode, text)
	}
	return nil
}

// closed keeps n requests under way for a while: each worker sends the next when the last was answered. next makes a
// body for worker i.
func closed(ctx context.Context, n int, during time.Duration, send func(worker int) error) (count int64, took latencies, err error) {
	ctx, cancel := context.WithTimeout(ctx, during)
	defer cancel()
	var wait sync.WaitGroup
	var sent atomic.Int64
	var failure atomic.Value
	parts := make([]latencies, n)
	for i := range n {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for ctx.Err() == nil {
				began := time.Now()
				if err := send(i); err != nil {
					failure.CompareAndSwap(nil, err)
					return
				}
				parts[i] = append(parts[i], time.Since(began))
				sent.Add(1)
			}
		}()
	}
	wait.Wait()
	for _, p := range parts {
		took = append(took, p...)
	}
	if e := failure.Load(); e != nil {
		err = e.(error)
	}
	return sent.Load(), took, err
}

// open sends at a fixed rate whatever the answers do: latency counts from the moment at which a request was due, so a
// stall is not hidden by waiting for it.
func open(ctx context.Context, perSecond float64, during time.Duration, workers int, send func(worker int) error) (took latencies, err error) {
	due := make(chan time.Time, int(perSecond*during.Seconds())+1)
	var wait sync.WaitGroup
	var failure atomic.Value
	parts := make([]latencies, workers)
	for i := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for at := range due {
				if err := send(i); err != nil {
					failure.CompareAndSwap(nil, err)
					continue
				}
				parts[i] = append(parts[i], time.Since(at))
			}
		}()
	}
	began := time.Now()
	step := time.Duration(float64(time.Second) / perSecond)
	for n := 0; time.Since(began) < during && ctx.Err() == nil; n++ {
		at := began.Add(time.Duration(n) * step)
		if pause := time.Until(at); pause > 0 {
			time.Sleep(pause) // a fixed rate is the point
		}
		due <- at
	}
	close(due)
	wait.Wait()
	for _, p := range parts {
		took = append(took, p...)
	}
	if e := failure.Load(); e != nil {
		err = e.(error)
	}
	return took, err
}
