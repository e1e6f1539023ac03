package demo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// maxWords bounds what somebody may type as one message, in bytes.
const maxWords = 8 << 10

// prompt lets somebody write as a customer, line by line, until the input or the context ends.
func (t *teller) prompt(ctx context.Context, in io.Reader) error {
	t.title("Your turn")
	t.tell("Write to Northline as an angry, sad or happy customer, in English, Chinese or Arabic, and press Enter.")
	t.tell("Each line is a new customer who is in every advert's audience until then. End with Ctrl-D or Ctrl-C.")
	lines := make(chan string)
	failed := make(chan error, 1)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(in)
		s.Buffer(make([]byte, 0, 1024), 1<<20)
		for s.Scan() {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- s.Err()
	}()
	for guest := 1; ; {
		select {
		case <-ctx.Done():
			return nil
		case text, ok := <-lines:
			if !ok {
				select {
				case err := <-failed:
					if err != nil {
						return fmt.Errorf("reading what you write: %w", err)
					}
				default:
				}
				return nil
			}
			text = strings.ToValidUTF8(strings.TrimSpace(text), "")
			if text == "" {
				continue
			}
			if len(text) > maxWords {
				t.tell("That is longer than %d bytes: please say it in fewer words.", maxWords)
				continue
			}
			if err := t.hear(ctx, guest, text); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
			guest++
		}
	}
}

// hear makes a customer of somebody who just typed, and shows what one commit does with it.
func (t *teller) hear(ctx context.Context, number int, text string) error {
	guest := customer{fmt.Sprintf("guest-%d", number), fmt.Sprintf("Guest %d", number), "", fmt.Sprintf("guest-%d@example.com", number), "UTC", "", ""}
	if err := t.meet(ctx, guest); err != nil {
		return err
	}
	if _, err := t.look(ctx, guest, "phone-nova-9", "phone-lumen"); err != nil {
		return err
	}
	if err := t.acknowledged(ctx, orrery.PushAdd, guest); err != nil {
		return err
	}
	seq, err := t.write(ctx, guest, object{"text": text, "channel": "chat"})
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, guest); err != nil {
		return err
	}
	p, err := t.api.person(ctx, guest.ref(), seq)
	if err != nil {
		return err
	}
	if held(p) {
		if err := t.acknowledged(ctx, orrery.PushRemove, guest); err != nil {
			return err
		}
	} else {
		t.tell("Nothing in it asks for a hold, so nothing was held.")
	}
	t.closer(guest.ref())
	return nil
}
