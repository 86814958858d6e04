// Package ext stands in for the one part of Traefik that its published module leaves out: a nested module of two empty
// types, through which other products widen the configuration.
package ext

// HTTP widens the HTTP configuration by nothing.
type HTTP struct{}

// Router widens a router's configuration by nothing.
type Router struct{}
