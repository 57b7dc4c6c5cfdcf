// The one mapping of errors to HTTP: RFC 9457 problem documents.
#pragma once

#include "common/error.hpp"
#include "common/http/message.hpp"

#include <exception>
#include <string_view>

namespace mercat::http {

[[nodiscard]] int status_of(fault kind) noexcept;
// The reason phrase, used as the problem's title too.
[[nodiscard]] std::string_view reason_of(int status) noexcept;

// {type,title,status,detail,instance,requestId,errors?}, with Retry-After and WWW-Authenticate where due.
// instance: the decoded path, without query.
[[nodiscard]] response problem(const error& cause, std::string_view instance, std::string_view request_id);
// The same under a status that no fault has (408, 417, 505: protocol matters of the server alone).
[[nodiscard]] response problem(int status, const error& cause, std::string_view instance,
                               std::string_view request_id);
// Of any exception: an `error` as above, everything else a 500 that says nothing of the inside.
[[nodiscard]] response problem(const std::exception_ptr& cause, std::string_view instance,
                               std::string_view request_id);

}  // namespace mercat::http
