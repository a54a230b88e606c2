// libcurl's variadic functions, one per type of argument.
#pragma once
#include <curl/curl.h>
