// What a pickle may name and call, and what comes of it.
#pragma once

#include <string>
#include <string_view>

#include "network/pickle.h"

namespace kennel::network {

// "refused `what`: ...": the sentence that every refusal ends with.
[[nodiscard]] tl::unexpected<base::Error> refuse(std::string_view what);

// The bytes are no pickle that any pickler would write.
[[nodiscard]] tl::unexpected<base::Error> malformed(std::string_view what);

// The value of `module.name`; refused by that name when it is not on the list.
[[nodiscard]] base::Result<PickleValue> get_global(std::string_view module, std::string_view name);

// The result of an allowed callable, added to the tables of `pickle`.
[[nodiscard]] base::Result<PickleValue> call(Pickle& pickle, PickleCallable callable,
                                             const PickleItems& arguments);

// The storage that a persistent id ('storage', class, key, location, element count) names.
[[nodiscard]] base::Result<PickledStorage> to_storage(const PickleItems& persistent_id);

}  // namespace kennel::network
