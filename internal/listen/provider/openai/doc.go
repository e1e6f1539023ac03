// Package openai asks an endpoint that speaks the chat completions protocol, as many hosted and local model servers do,
// what a text says, with an answer by a JSON schema.
//
// It promises: the text travels as a JSON string in a message of its own, apart from the instructions, and whatever it
// says, only labels that stand the checks of package provider come back; requests go where package fence lets them;
// redirects are not followed; bodies are bounded both ways; and neither keys nor texts nor what the endpoint wrote stand
// in an error.
//
// It keeps nothing, tries once, and knows no budget: that is package second's.
package openai
