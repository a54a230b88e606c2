/// What `configure` prints: `config/teleport-mattermost.toml` to the letter, which a test holds.
package enum ExampleConfiguration {
    package static let text = """
        # The configuration of teleport-mattermost. Values that are empty here must be filled in,
        # but for `secret` and `public_addr`: with both left empty posts have no buttons and link to Teleport.

        [teleport]
        # Address of the auth service, host:port, or of a proxy of Teleport 8 or newer. `auth_server` is its older name.
        addr = "" # e.g. "auth.example.com:3025" or "teleport.example.com:443"
        # auth_server = ""
        # The three files that `tctl auth sign --format=tls --user=access-plugin-mattermost --out=auth` writes.
        client_key = "/var/lib/teleport/plugins/mattermost/auth.key"
        client_crt = "/var/lib/teleport/plugins/mattermost/auth.crt"
        root_cas = "/var/lib/teleport/plugins/mattermost/auth.cas"
        # Or, instead of the three, an identity file, as `tctl auth sign --out=identity` and tbot write it.
        # identity = "/var/lib/teleport/plugins/mattermost/identity"
        # Whether changed files are used at once, in a new connection, and how often they are looked at.
        # refresh_identity = true
        # refresh_identity_interval = "1m"
        # Where people reach Teleport's web UI, for the link in each post. By default as Teleport tells.
        # web_addr = "teleport.example.com"

        [mattermost]
        # Where the API is, with the sub-path if there is one.
        url = "" # e.g. "https://chat.example.com"
        # Who is told of every request: channels, "team/channel" by the names in the channel's URL https://…/<team>/channels/<channel>,
        # and people, "name@example.com", by direct message. Reviewers whom a requester suggests by address are told too.
        recipients = [] # e.g. ["engineering/access-requests", "ana@example.com"]
        # One channel may also be written as `team` and `channel`, as in older configurations.
        # team = "engineering"
        # channel = "access-requests"
        # Access token of the bot. A value that starts with "/" names a file that holds it.
        token = ""
        # What the buttons are signed with: any random text of 16 bytes or more, which nobody else knows, the same on every
        # replica. `openssl rand -hex 32` makes a good one. It may be in a file too.
        secret = ""
        # To change the secret without dead buttons, put the old one here until the posts that it signed are decided: it is still
        # believed and signs nothing. Each is a text or a file, as above.
        # previous_secrets = []
        # Whether buttons that the original plugin made still work. Their signatures never end: true only for the time of a move.
        # accept_legacy_signatures = false

        [approvals]
        # Whether a click counts only when Mattermost's own signature proves who made it, and when. false believes the callback.
        # require_clicker_proof = true
        # Who may decide: "@username", "name@example.com", or "team/channel" for its members. Nobody here: the members of the channel.
        # approvers = []
        # Whether reviewers whom only the requester named may decide, where there are no approvers.
        # allow_suggested = false
        # Whether people may approve their own requests. Withdrawing one, with Deny, is always allowed.
        # allow_self = false
        # Whether nobody approves while no Mattermost account can be found that is the requester's: by [approvals.users], user name or address.
        # require_known_requester = false
        # Whether guests may decide.
        # allow_guests = false
        # How a decision reaches Teleport: "state" sets the request's state; "review" submits a review, which Teleport counts by
        # the request's thresholds (Teleport Enterprise), for people under [approvals.users] in their Teleport users' names where
        # the server allows that.
        # method = "state"
        # Whether people are asked for a reason: "never", "optional", "on_deny" (required there) or "always" (required).
        # ask_reason = "never"
        # Whether people are asked in a dialog whether they mean it, which stops clicks that another integration makes up from a copied
        # button: "never", "approve" or "always".
        # confirm = "never"
        # Whether posts have Approve and Deny. Without secret and public_addr they have not, and link to Teleport.
        # buttons = true
        # Approvers of single roles, instead of those above. For several roles at once it takes an approver of each.
        # [approvals.roles]
        # dba = ["@ana", "engineering/dba-leads"]
        # Whose Teleport user has another name than their Mattermost user: Mattermost name, or account id = "Teleport user".
        # [approvals.users]
        # ana = "ana.lopez@example.com"

        # More recipients for requests of single roles; "*" stands for the roles without an entry.
        # [role_to_recipients]
        # dba = ["engineering/dba"]
        # "*" = ["engineering/access-requests"]

        [http]
        # Where Mattermost reaches this service to deliver clicks. https:// is assumed; a path prefix is kept.
        public_addr = "" # e.g. "https://access.example.com:8081"
        # Where it listens: ":8081" is port 8081 on every address of the machine.
        # listen_addr = ":8081"
        # Key and certificate of the callback server, PEM. With neither of the two, a self-signed pair is made.
        # https_key_file = "/var/lib/teleport/plugins/mattermost/server.key"
        # https_cert_file = "/var/lib/teleport/plugins/mattermost/server.crt"
        # User and password that a click must carry, on top of its signature.
        # basic_auth.user = ""
        # basic_auth.password = ""
        # Proxies before this service, addresses or ranges: what they say in X-Forwarded-For is believed.
        # trusted_proxies = ["10.0.0.0/8", "::1"]
        # From where clicks are taken, addresses or ranges: Mattermost's. By default from everywhere; probes always are.
        # allowed_sources = ["10.0.0.5", "10.1.0.0/16"]

        # [notify]
        # Whether requesters get a direct message once their request is decided.
        # requester = false

        # [reminders]
        # How long before a request lapses that nobody has decided its posts get a reply that says so. By default they get none.
        # before_expiry = "10m"

        # Words of your own. {{field}} inserts, {{#field}}…{{/field}} is there only when the field says something; the fields are user,
        # roles, reason, resources, request_id, status, link and cluster. Answers, which the person alone sees who clicked, know also
        # {{person}} and {{answer}}, what would be said without.
        # [messages]
        # The time zone of the times in posts, by its IANA name.
        # timezone = "UTC" # e.g. "Europe/Berlin"
        # Whether posts name the Teleport cluster.
        # show_cluster = false
        # title = "Access request of {{user}}"
        # text = "{{#reason}}Why: {{reason}}{{/reason}}"
        # approved = "{{answer}} Please watch the audit log."
        # denied = "{{answer}}"
        # withdrawn = "{{answer}}"
        # already_decided = "{{answer}}"
        # own_request = "{{answer}} Ask in #on-call."
        # not_approver = "{{answer}}"
        # failed = "{{answer}}"

        [log]
        # "stderr", "stdout", or the path of a file, which is appended to.
        output = "stderr"
        # "ERROR", "WARN", "INFO" or "DEBUG".
        severity = "INFO"

        # [audit]
        # Decisions and refusals go to the log; with the path of a file to that too, a JSON object a line, for its owner alone.
        # output = "log"

        """
}
