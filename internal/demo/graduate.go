package demo

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
)

// graduate is the story of good news that somebody hears in time.
func (t *teller) graduate(ctx context.Context) error {
	layla := customer{"layla", "Layla", "Hassan", "layla.hassan@example.com", "Africa/Cairo", "ar-EG", "EG"}
	t.title("3. The graduate")
	if err := t.meet(ctx, layla); err != nil {
		return err
	}
	const text = "تخرجت من الجامعة اليوم والحمد لله!"
	t.quote("Layla, in public", text+" (I graduated from university today, praise be to God!)")
	seq, err := t.write(ctx, layla, object{"text": text, "channel": "social", "public": true})
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, layla); err != nil {
		return err
	}
	t.tell("The students' team sees the signal and offers what fits. A model only read it, so the offer waits for one look:")
	o, err := t.offerTo(ctx, layla, "congratulations, with a plan for the first job", object{"class": "commercial", "theme": "graduation", "life": "graduation", "team": "students",
		"content": object{"text": "مبروك التخرج يا ليلى! باقة أول وظيفة بنصف السعر لمدة سنة."}})
	if err != nil {
		return err
	}
	p, err := t.api.person(ctx, layla.ref(), seq)
	if err != nil {
		return err
	}
	if len(p.State.Life) != 1 {
		return fmt.Errorf("one event in Layla's life was expected, there are %d", len(p.State.Life))
	}
	t.tell("Somebody looks: her own public words, and happy ones. Confirmed, and the offer goes by itself:")
	if seq, err = t.api.care(ctx, "/v1/persons/"+layla.ref()+"/life/"+p.State.Life[0].ID.String()+"/confirm", nil); err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, layla); err != nil {
		return err
	}
	if err := t.delivered(ctx, layla, o.Intent, "congratulations to Layla"); err != nil {
		return err
	}
	entry, err := t.lastOf(ctx, layla, "signal.acted")
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, entry, layla); err != nil {
		return err
	}
	t.closer(layla.ref(), "/v1/signals")
	return nil
}

// departments is the story of two teams that do not know of each other.
func (t *teller) departments(ctx context.Context) error {
	samir := customer{"samir", "Samir", "Haddad", "samir.haddad@example.com", "Europe/London", "en-GB", "GB"}
	t.title("4. Two departments, two messages")
	if err := t.meet(ctx, samir); err != nil {
		return err
	}
	t.tell("The contracts team's own tool tells Samir by SMS that his contract ends. Northline's record hears of it:")
	seq, err := t.api.track(ctx, t.api.keys.Shop, "track", object{"messageId": t.id(), "userId": samir.user, "event": "message_sent",
		"properties": object{"class": "service", "channel": "sms", "theme": "contract", "stance": "ends", "team": "contracts", "content": "Your contract ends on the 30th."}})
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, samir); err != nil {
		return err
	}
	t.tell("An hour later the sales team wants to tell him that it has been renewed:")
	if err := t.pass(ctx, orrery.Hour); err != nil {
		return err
	}
	o, err := t.offerTo(ctx, samir, "“your contract is renewed”", object{"class": "commercial", "theme": "contract", "stance": "renewed", "team": "sales",
		"content": object{"text": "Your contract has been renewed for two years."}})
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, o.Seq, samir); err != nil {
		return err
	}
	t.tell("It waits, and both teams can see why, before Samir has to ask which of them is right.")
	t.closer(samir.ref(), "/v1/conflicts")
	return nil
}

// lastOf waits for the newest entry of a kind in a person's timeline and returns its chunk.
func (t *teller) lastOf(ctx context.Context, c customer, kind string) (seq orrery.Seq, err error) {
	err = t.until(ctx, c.first+" has a "+kind, func() (bool, error) {
		entries, err := t.api.timeline(ctx, c.ref(), 0)
		for i := range entries {
			if entries[i].Kind == kind {
				seq = entries[i].seq()
				return true, nil
			}
		}
		return false, err
	})
	return seq, err
}

// held says whether everything the brand wants from a person is held.
func held(p *api.Profile) bool { return len(p.State.Holds) > 0 }
