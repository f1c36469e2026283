// Coroutines on the loop thread. The rest of kennel says Task, and never names Asio.
//
// With g++ 12: no capturing lambda that is a coroutine, parameters by value, and an awaitable has
// a name before it is awaited.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace kennel::aio {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace kennel::aio
