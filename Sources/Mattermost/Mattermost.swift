// Mattermost
