// Package adapter is the engine of Parley: it turns a Driver, one platform's wire format, into a channel.Channel.
package adapter
