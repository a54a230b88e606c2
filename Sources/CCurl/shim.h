// libcurl's variadic functions, one per type of argument.
#pragma once
#include <curl/curl.h>

typedef size_t (*CCurlDataCallback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode CCurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode CCurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CCurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CCurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CCurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CCurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CCurl_set_callback(CURL *easy, CURLoption option, CCurlDataCallback value) {
    return curl_easy_setopt(easy, option, value);
}

static inline long CCurl_response_code(CURL *easy) {
    long code = 0;
    return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK ? code : 0;
}

// The status of the proxy's answer to CONNECT; 0 where there was none.
static inline long CCurl_connect_code(CURL *easy) {
    long code = 0;
    return curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &code) == CURLE_OK ? code : 0;
}

// The X509_V_* code that OpenSSL gave for the peer's chain; 1 (X509_V_ERR_UNSPECIFIED) where libcurl did not ask for it.
static inline long CCurl_verify_result(CURL *easy) {
    long code = 0;
    return curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &code) == CURLE_OK ? code : 0;
}

static inline CURLMcode CCurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
