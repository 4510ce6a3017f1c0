// SPDX-License-Identifier: Apache-2.0
// Shows the daemon's own contract.  Nothing is asked of another host: no validator badge, no outside document.
"use strict";

SwaggerUIBundle({
	url: "/openapi.json",
	dom_id: "#swagger-ui",
	presets: [SwaggerUIBundle.presets.apis],
	validatorUrl: null,
	queryConfigEnabled: false,
	deepLinking: true,
	docExpansion: "none",
	filter: true,
	displayRequestDuration: true,
	defaultModelsExpandDepth: 0,
	persistAuthorization: false,
});
