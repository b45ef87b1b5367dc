"""What a client finds besides tools: resources, subscriptions, prompts, log lines."""
