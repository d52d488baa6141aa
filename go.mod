module github.com/parley-go/parley

go 1.26.0

require (
	github.com/go-json-experiment/json v1.27.2
	github.com/go-telegram-bot-api/telegram-bot-api/v5 v5.5.1
	github.com/rivo/uniseg v0.4.7
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect
