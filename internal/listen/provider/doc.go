// Package provider is what a workspace decides about second opinions on what people say: which providers there are, when
// each is asked about what, and what of an answer counts.
//
// It promises: a question holds only text that was masked before; an answer counts only as far as it holds names of the
// vocabulary and confidences within their range; a danger, an event of life or an aspect counts only with words that stand
// in the text; and a provider that was measured to be no better than the engine of the product is not asked.
//
// It never calls anybody, and it never lets an answer say more than labels: text that a person wrote cannot make it do
// anything else.
package provider
