/** Tests of the packed image, as an operator unpacks and starts it. */
package io.strmqtt.dist.image;
