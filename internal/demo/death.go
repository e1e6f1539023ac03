package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/view"
)

// death is the story of a death in the family, which nobody announces in a form: silence first, then a person looks.
func (t *teller) death(ctx context.Context) error {
	wei := customer{"liwei", "Li Wei", "Zhang", "li.wei@example.cn", "Asia/Shanghai", "zh-CN", "CN"}
	t.title("2. A death in the family")
	if err := t.meet(ctx, wei); err != nil {
		return err
	}
	if _, err := t.look(ctx, wei, "phone-nova-9", "dress-spring"); err != nil {
		return err
	}
	if err := t.acknowledged(ctx, orrery.PushAdd, wei); err != nil {
		return err
	}
	const text = "我妈妈上周去世了，请帮我停掉她的号码。"
	t.quote("Li Wei, in the chat", text+" (My mother died last week; please stop her number.)")
	seq, err := t.write(ctx, wei, object{"text": text, "channel": "chat"})
	if err != nil {
		return err
	}
	t.tell("Nobody declared anything, a text only speaks of it. So Northline falls silent, and says nothing about why:")
	if err := t.chunk(ctx, seq, wei); err != nil {
		return err
	}
	if err := t.acknowledged(ctx, orrery.PushRemove, wei); err != nil {
		return err
	}
	t.tell("The fashion shop had planned an offer for the dress that Li Wei looked at:")
	useful := orrery.InstantOf(t.clock.Now()).Add(60 * orrery.Day)
	if _, err := t.offerTo(ctx, wei, "an offer for a dress", object{"class": "commercial", "theme": "dress", "team": "fashion", "product": "dress-spring",
		"content": object{"text": "Your dress is waiting"}, "useful_until": useful.String()}); err != nil {
		return err
	}
	t.tell("What Li Wei needs passes all the same:")
	o, err := t.offerTo(ctx, wei, "the service that was asked for", object{"class": "service", "theme": "number", "team": "care",
		"content": object{"text": "号码已停用，之后不会再产生费用。"}})
	if err != nil {
		return err
	}
	if err := t.delivered(ctx, wei, o.Intent, "“the number is stopped, nothing will be charged”"); err != nil {
		return err
	}
	reviews, err := list[view.Review](ctx, t.api, "/v1/reviews?about=life.bereavement")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(reviews, func(r view.Review) bool { return r.Answer == "" && t.names[r.Fragment] == wei.first })
	if i < 0 {
		return fmt.Errorf("a review of Li Wei's message was expected among %d", len(reviews))
	}
	t.tell("Somebody at the care desk reads the message, and confirms:")
	if seq, err = t.api.care(ctx, "/v1/reviews/"+reviews[i].ID.String()+"/answer", object{"person": wei.ref(), "yes": true}); err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, wei); err != nil {
		return err
	}
	p, err := t.api.person(ctx, wei.ref(), seq)
	if err != nil {
		return err
	}
	t.tell("Held is not lost. What still waits for Li Wei:")
	if len(p.Waiting) == 0 {
		t.note(seq, "waiting", "nothing any more")
	}
	for _, w := range p.Waiting {
		t.note(seq, "waiting", fmt.Sprintf("%s about %s: %s%s", w.Class, w.Theme, w.State, why(w.Reason)))
	}
	t.closer(wei.ref(), "/v1/reviews", "/v1/outbound?state=held")
	return nil
}
