extension MetricDeclaration {
    /// All metrics, in the order of `/metrics`.
    package static let all: [MetricDeclaration] =
        [
            .ready, .partFailing, .partNoted, .teleportConnected, .teleportConnections, .teleportDisconnections, .circuitOpen,
            .requests, .posts, .retries, .reminders, .backlog, .backlogAge, .eventToPost, .rules, .rulesRead, .rulesIgnored,
            .clicks, .clickRefusals, .clickAnswer,
            .callbackRequests, .callbackRefusals, .handshakes, .upstreamCalls, .identityExpiry, .identityLifetime,
            .certificateExpiry,
            .logsFailing,
            .clockDifference, .build,
        ] + process

    // MARK: - State

    package static let ready = gauge("ready", "1 when /readyz says so.")
    package static let partFailing = gauge(
        "part_failing", "1 while this part of the plugin's work fails, so that the plugin is not ready.", "part")
    package static let partNoted = gauge(
        "part_noted", "1 while a person should see to this part, although the plugin does its work.", "part")
    package static let teleportConnected = gauge("teleport_connected", "1 while requests are watched.")
    package static let teleportConnections = counter("teleport_connections_total", "Times that the watch on Teleport began.")
    package static let teleportDisconnections = counter(
        "teleport_disconnections_total", "Times that the watch on Teleport ended or could not begin.")
    package static let circuitOpen = gauge(
        "circuit_open", "1 while this server fails and is only called now and then.", "server")
    package static let identityExpiry = gauge(
        "identity_expiry_timestamp_seconds", "When the client certificate for Teleport expires, in Unix time.")
    package static let identityLifetime = gauge(
        "identity_lifetime_seconds", "For how long the client certificate for Teleport is valid altogether.")
    package static let certificateExpiry = gauge(
        "listener_certificate_expiry_timestamp_seconds", "When the HTTPS certificate of the listener expires, in Unix time.")
    package static let logsFailing = gauge("log_files_failing", "Files of log and audit that cannot be written.")
    package static let clockDifference = gauge(
        "mattermost_clock_difference_seconds", "How far Mattermost's clock is ahead of this machine's.")
    package static let build = gauge(
        "build_info", "1, with the version of the plugin as labels.", "version", "revision", "swift")

    // MARK: - Requests and posts

    package static let requests = counter(
        "requests_total", "Changes of access requests that the watch on Teleport reported.", "change")
    package static let posts = counter("posts_total", "Writes of posts and replies that Mattermost confirmed.", "action")
    package static let retries = counter(
        "retries_total", "Runs over a request that failed and are made again, by whether a person has to act first.", "cause")
    package static let reminders = counter(
        "reminders_total", "Reminders by what they are about, and whether they were sent.", "about", "result")
    package static let backlog = gauge("backlog_requests", "Access requests that are not up to date yet.", "lane", "state")
    package static let backlogAge = gauge(
        "backlog_oldest_age_seconds", "The time for which the oldest of these requests has been due; 0 if there is none.",
        "lane")
    package static let eventToPost = seconds(
        "event_to_post_seconds", "The time from the moment at which a request was due until its post was made.",
        buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800])

    // MARK: - Access monitoring rules

    package static let rules = gauge(
        "monitoring_rules", "Known access monitoring rules that name this plugin, by whether they can be used.", "state")
    package static let rulesRead = gauge(
        "monitoring_rules_read_timestamp_seconds", "When Teleport last told its access monitoring rules, in Unix time.")
    package static let rulesIgnored = counter(
        "monitoring_rules_ignored_total",
        "Times that the access monitoring rules were ignored for a request, because a look-up for them failed.")

    // MARK: - Clicks

    package static let clicks = counter("clicks_total", "Clicks and dialogs of which it is proven who made them.", "outcome")
    package static let clickRefusals = counter("click_refusals_total", "Refused clicks and dialogs.", "why")
    package static let clickAnswer = seconds(
        "click_answer_seconds", "The time from a verified click or dialog until its answer.",
        buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 5])
    package static let callbackRequests = counter(
        "callback_requests_total", "Requests to the callback's port that were read to their end.", "route")
    package static let callbackRefusals = counter(
        "callback_refusals_total", "Requests to the callback's port that were refused.", "reason")
    package static let handshakes = counter("handshakes_total", "TLS handshakes of the callback's port.", "result")

    // MARK: - The servers

    package static let upstreamCalls = seconds(
        "upstream_call_seconds", "The time of each call to Teleport and Mattermost.", ["server", "call", "result"],
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])

    // MARK: - The process

    package static let process: [MetricDeclaration] = [.cpu, .resident, .virtual, .openFiles, .mostFiles, .started]
    package static let cpu = process("cpu_seconds_total", .counter, "Processor time of the process, in user and system mode.")
    package static let resident = process("resident_memory_bytes", .gauge, "Resident memory of the process.")
    package static let virtual = process("virtual_memory_bytes", .gauge, "Virtual memory of the process.")
    package static let openFiles = process("open_fds", .gauge, "Open file descriptors of the process.")
    package static let mostFiles = process("max_fds", .gauge, "The largest number of file descriptors of the process.")
    package static let started = process("start_time_seconds", .gauge, "When the process started, in Unix time.")
}
